#include "runner/mask.h"

#include <boost/json.hpp>
#include <cctype>

#include "base/crypto.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

void add_form(std::vector<std::string>& forms, std::string_view form) {
  if (form.size() >= kLeastMasked && std::find(forms.begin(), forms.end(), form) == forms.end())
    forms.emplace_back(form);
}

void add_json_values(std::vector<std::string>& values, const Json& json) {
  if (json.is_string()) values.emplace_back(json.as_string());
  if (json.is_array())
    for (const auto& item : json.as_array()) add_json_values(values, item);
  if (json.is_object())
    for (const auto& item : json.as_object()) add_json_values(values, item.value());
}

// The base64 text of `secret` standing anywhere inside a longer encoded text: three phases, without the characters its
// neighbours share.
void add_base64_phases(std::vector<std::string>& forms, const std::string& secret) {
  add_form(forms, base64(secret));  // all of it, with what its end alone brings
  for (std::size_t phase = 0; phase < 3; ++phase) {
    auto encoded = base64(std::string(phase, 'x') + secret);
    const std::size_t lead = phase == 0 ? 0 : phase + 1;
    const std::size_t whole = (phase + secret.size()) * 8 / 6;  // characters that depend on the secret's bits alone
    if (whole <= lead) continue;
    auto form = encoded.substr(lead, whole - lead);
    add_form(forms, form);
    std::replace(form.begin(), form.end(), '+', '-');
    std::replace(form.begin(), form.end(), '/', '_');
    add_form(forms, form);
  }
}

// The lines in which base64(1) prints it.
void add_base64_lines(std::vector<std::string>& forms, std::string_view secret) {
  constexpr std::size_t kLine = 76, kLeastLine = 16;
  for (const auto& text : {std::string(secret), std::string(secret) + "\n"}) {
    const auto encoded = base64(text);
    if (encoded.size() <= kLine) continue;
    for (std::size_t at = 0; at < encoded.size(); at += kLine) {
      const auto line = std::string_view(encoded).substr(at, kLine);
      if (line.size() >= kLeastLine) add_form(forms, line);
    }
  }
}

// As `printf %q` and `set -x` show it.
std::string backslashed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) ||
                       std::string_view("_@%+=:,./-").find(c) != std::string_view::npos ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (!plain) out += '\\';
    out += c;
  }
  return out;
}

std::string cased(std::string text, int (*change)(int)) {
  for (char& c : text) c = static_cast<char>(change(static_cast<unsigned char>(c)));
  return text;
}

// %2F as %2f: only the digits of an escape change.
std::string with_lower_escapes(std::string text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '%') continue;
    for (const std::size_t at : {i + 1, i + 2})
      text[at] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[at])));
  }
  return text;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool here = text.substr(i).starts_with(what);
    if (here)
      out += by;
    else
      out += text[i];
    i += here ? what.size() : 1;
  }
  return out;
}

void add_encodings(std::vector<std::string>& forms, const std::string& text) {
  add_form(forms, text);
  add_base64_phases(forms, text);
  add_base64_lines(forms, text);
  const auto percent = percent_encode(text);
  for (const auto& form : {percent, with_lower_escapes(percent), replaced(percent, "%20", "+")}) add_form(forms, form);
  std::string json;
  append_json_string(json, text);
  json = json.substr(1, json.size() - 2);
  add_form(forms, json);
  add_form(forms, replaced(json, "/", "\\/"));
  add_form(forms, replaced(text, "'", "'\\''"));
  add_form(forms, backslashed(text));
  add_form(forms, hex(text));
  add_form(forms, cased(hex(text), std::toupper));
}

}  // namespace

std::vector<std::string> revealing_forms(std::string_view secret) {
  constexpr std::size_t kLeastDerived = 8;  // shorter parts of a secret are too often words of their own
  std::vector<std::string> derived, forms;
  for (const auto& line : split(secret, '\n')) {
    derived.emplace_back(trim(line));
    const auto equals = line.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    auto value = trim(std::string_view(line).substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    if (value.find('=') == std::string_view::npos) derived.emplace_back(value);
  }
  if (const auto json = parse_json(secret); json.has_value()) add_json_values(derived, *json);
  std::erase_if(derived, [](const std::string& text) { return text.size() < kLeastDerived; });
  if (secret.size() >= kLeastMasked) add_encodings(forms, std::string(secret));
  if (const auto bare = trim(secret); bare.size() >= kLeastMasked) add_encodings(forms, std::string(bare));
  for (const auto& text : derived) add_encodings(forms, text);
  return forms;
}

bool Masker::skips_any(const std::vector<std::string>& secrets) {
  return std::any_of(secrets.begin(), secrets.end(),
                     [](const std::string& secret) { return !secret.empty() && secret.size() < kLeastMasked; });
}

Masker::Masker(const std::vector<std::string>& secrets) {
  nodes_.emplace_back();
  for (const auto& secret : secrets) {
    for (const auto& form : revealing_forms(secret)) add(form);
  }
  link();
}

std::int32_t Masker::child(std::int32_t node, unsigned char byte) const {
  auto at = nodes_[static_cast<std::size_t>(node)].first_child;
  while (at != 0 && nodes_[static_cast<std::size_t>(at)].byte != byte)
    at = nodes_[static_cast<std::size_t>(at)].sibling;
  return at;
}

void Masker::add(std::string_view pattern) {
  std::int32_t at = 0;
  for (const char c : pattern) {
    const auto byte = static_cast<unsigned char>(c);
    auto next = child(at, byte);
    if (next == 0) {
      next = static_cast<std::int32_t>(nodes_.size());
      auto& parent = nodes_[static_cast<std::size_t>(at)];
      const Node made{0, parent.first_child, 0, parent.depth + 1, 0, byte};
      parent.first_child = next;
      nodes_.push_back(made);
    }
    at = next;
  }
  nodes_[static_cast<std::size_t>(at)].match = static_cast<std::int32_t>(pattern.size());
}

// Numbers the nodes breadth first, so that the root's children come right behind it, and finds for each the longest
// suffix that is a prefix of some pattern.
void Masker::link() {
  std::vector<std::int32_t> order{0}, number(nodes_.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    number[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
    for (auto at = nodes_[static_cast<std::size_t>(order[i])].first_child; at != 0;
         at = nodes_[static_cast<std::size_t>(at)].sibling)
      order.push_back(at);
  }
  std::vector<Node> sorted;
  sorted.reserve(nodes_.size());
  for (const auto old : order) {
    auto node = nodes_[static_cast<std::size_t>(old)];
    node.first_child = number[static_cast<std::size_t>(node.first_child)];
    node.sibling = number[static_cast<std::size_t>(node.sibling)];
    sorted.push_back(node);
  }
  nodes_ = std::move(sorted);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto fail = static_cast<std::size_t>(nodes_[i].fail);
    nodes_[i].match = std::max(nodes_[i].match, nodes_[fail].match);
    const bool near = nodes_[i].depth <= 1;
    if (near) tables_.push_back(i == 0 ? Table{} : tables_[fail]);
    for (auto at = nodes_[i].first_child; at != 0; at = nodes_[static_cast<std::size_t>(at)].sibling) {
      auto& node = nodes_[static_cast<std::size_t>(at)];
      node.fail = i == 0 ? 0 : step(nodes_[i].fail, node.byte);
      if (near) tables_[i][node.byte] = at;
    }
    matches_.push_back(nodes_[i].match);
  }
}

std::int32_t Masker::step(std::int32_t node, unsigned char byte) const {
  while (static_cast<std::size_t>(node) >= tables_.size()) {
    if (const auto next = child(node, byte); next != 0) return next;
    node = nodes_[static_cast<std::size_t>(node)].fail;
  }
  return tables_[static_cast<std::size_t>(node)][byte];
}

void Masker::hide(std::size_t from, std::size_t to) {
  while (!hidden_.empty() && hidden_.back().second >= from) {
    from = std::min(from, hidden_.back().first);
    hidden_.pop_back();
  }
  hidden_.emplace_back(from, to);
}

// Lets the first `count` bytes of pending_ + chunk out and keeps the rest as pending_.
void Masker::release(std::string& out, std::string_view chunk, std::size_t count) {
  const auto clear = [&](std::size_t from, std::size_t to) {
    if (from >= to) return;
    if (from < pending_.size()) out.append(pending_, from, std::min(to, pending_.size()) - from);
    if (to > pending_.size()) {
      const auto start = std::max(from, pending_.size()) - pending_.size();
      out.append(chunk.substr(start, to - pending_.size() - start));
    }
    last_hidden_ = false;
  };
  std::size_t done = 0;
  std::vector<std::pair<std::size_t, std::size_t>> later;
  for (const auto& [from, to] : hidden_) {
    if (to > count) later.emplace_back(std::max(from, count) - count, to - count);
    if (from >= count) continue;
    clear(done, from);
    if (!last_hidden_) out += "***";
    last_hidden_ = true;
    done = std::min(to, count);
  }
  clear(done, count);
  hidden_ = std::move(later);
  if (count >= pending_.size()) {
    pending_ = chunk.substr(count - pending_.size());
  } else {
    pending_.erase(0, count);
    pending_ += chunk;
  }
}

std::string Masker::feed(std::string_view chunk) {
  if (nodes_.size() == 1) return std::string(chunk);
  std::string out;
  out.reserve(chunk.size() + pending_.size());
  const Table* tables = tables_.data();
  const auto most = static_cast<std::int32_t>(tables_.size());
  const std::int32_t* matches = matches_.data();
  auto state = state_;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const auto byte = static_cast<unsigned char>(chunk[i]);
    state = state < most ? tables[state][byte] : step(state, byte);
    if (const auto match = matches[state]; match > 0)
      hide(pending_.size() + i + 1 - static_cast<std::size_t>(match), pending_.size() + i + 1);
  }
  state_ = state;
  const auto open = static_cast<std::size_t>(
      nodes_[static_cast<std::size_t>(state)].depth);  // bytes that may still grow into a match
  release(out, chunk, pending_.size() + chunk.size() - open);
  return out;
}

std::string Masker::finish() {
  std::string out;
  release(out, {}, pending_.size());
  state_ = 0;
  last_hidden_ = false;
  return out;
}

}  // namespace sampan::runner
