#include "runner/mask.h"

#include <boost/json.hpp>
#include <cstring>

#include "base/crypto.h"
#include "base/http.h"
#include "base/json.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

void add_form(std::vector<std::string>& forms, std::string_view form) {
  if (form.size() >= kLeastMasked && std::find(forms.begin(), forms.end(), form) == forms.end()) forms.emplace_back(form);
}

void add_json_values(std::vector<std::string>& values, const Json& json) {
  if (json.is_string()) values.emplace_back(json.as_string());
  if (json.is_array()) for (const auto& item : json.as_array()) add_json_values(values, item);
  if (json.is_object()) for (const auto& item : json.as_object()) add_json_values(values, item.value());
}

// The base64 text of `secret` standing anywhere inside a longer encoded text: three phases, without the characters its neighbours share.
void add_base64_phases(std::vector<std::string>& forms, const std::string& secret) {
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

}  // namespace

std::vector<std::string> revealing_forms(std::string_view secret) {
  std::vector<std::string> plain{std::string(secret)}, forms;
  for (const auto& line : split(secret, '\n')) {
    plain.emplace_back(trim(line));
    if (const auto equals = line.find('='); equals != std::string::npos && equals > 0) {
      auto value = trim(std::string_view(line).substr(equals + 1));
      if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) value = value.substr(1, value.size() - 2);
      if (value.find('=') == std::string_view::npos) plain.emplace_back(value);
    }
  }
  if (const auto json = parse_json(secret); json.has_value()) add_json_values(plain, *json);
  for (const auto& text : plain) {
    if (text.size() < kLeastMasked) continue;
    add_form(forms, text);
    add_base64_phases(forms, text);
    add_form(forms, percent_encode(text));
    std::string escaped;
    append_json_string(escaped, text);
    add_form(forms, std::string_view(escaped).substr(1, escaped.size() - 2));
    std::string quoted;
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    add_form(forms, quoted);
    const auto lower_hex = hex(text);
    add_form(forms, lower_hex);
    std::string upper_hex = lower_hex;
    for (char& c : upper_hex) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    add_form(forms, upper_hex);
  }
  return forms;
}

Masker::Masker(const std::vector<std::string>& secrets) {
  nodes_.emplace_back();
  std::memset(nodes_[0].next, 0, sizeof nodes_[0].next);
  for (const auto& secret : secrets) {
    if (!secret.empty() && secret.size() < kLeastMasked) skipped_short_ = true;
    for (const auto& form : revealing_forms(secret)) add(form);
  }
  link();
}

void Masker::add(std::string_view pattern) {
  std::int32_t at = 0;
  for (const char c : pattern) {
    const auto byte = static_cast<unsigned char>(c);
    if (nodes_[static_cast<std::size_t>(at)].next[byte] == 0) {
      Node node{};
      node.depth = nodes_[static_cast<std::size_t>(at)].depth + 1;
      nodes_[static_cast<std::size_t>(at)].next[byte] = static_cast<std::int32_t>(nodes_.size());
      nodes_.push_back(node);
    }
    at = nodes_[static_cast<std::size_t>(at)].next[byte];
  }
  nodes_[static_cast<std::size_t>(at)].match = static_cast<std::int32_t>(pattern.size());
}

void Masker::link() {
  std::vector<std::size_t> queue;
  for (const auto child : nodes_[0].next) if (child != 0) queue.push_back(static_cast<std::size_t>(child));
  for (std::size_t i = 0; i < queue.size(); ++i) {
    Node& node = nodes_[queue[i]];
    const Node& fallback = nodes_[static_cast<std::size_t>(node.fail)];
    node.match = std::max(node.match, fallback.match);
    for (int byte = 0; byte < 256; ++byte) {
      auto& next = node.next[byte];
      if (next == 0) {
        next = fallback.next[byte];
      } else {
        nodes_[static_cast<std::size_t>(next)].fail = fallback.next[byte];
        queue.push_back(static_cast<std::size_t>(next));
      }
    }
  }
}

void Masker::emit(std::string& out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (hidden_[i] == 0) {
      out += pending_[i];
    } else if (!last_hidden_) {
      out += "***";
    }
    last_hidden_ = hidden_[i] != 0;
  }
  pending_.erase(0, count);
  hidden_.erase(0, count);
}

std::string Masker::feed(std::string_view chunk) {
  if (nodes_.size() == 1) return std::string(chunk);
  std::string out;
  out.reserve(chunk.size() + pending_.size());
  const auto& root = nodes_[0].next;
  for (std::size_t i = 0; i < chunk.size();) {
    if (state_ == 0 && pending_.empty()) {
      // Most output never begins a secret: let whole stretches through.
      const std::size_t start = i;
      while (i < chunk.size() && root[static_cast<unsigned char>(chunk[i])] == 0) ++i;
      if (i > start) {
        out.append(chunk.substr(start, i - start));
        last_hidden_ = false;
      }
      if (i == chunk.size()) break;
    }
    state_ = nodes_[static_cast<std::size_t>(state_)].next[static_cast<unsigned char>(chunk[i])];
    pending_ += chunk[i++];
    hidden_ += '\0';
    const Node& node = nodes_[static_cast<std::size_t>(state_)];
    if (node.match > 0) {
      const auto from = pending_.size() - std::min(pending_.size(), static_cast<std::size_t>(node.match));
      std::fill(hidden_.begin() + static_cast<std::ptrdiff_t>(from), hidden_.end(), '\1');
    }
    const auto open = static_cast<std::size_t>(node.depth);  // bytes that may still grow into a match
    if (pending_.size() > open) emit(out, pending_.size() - open);
  }
  return out;
}

std::string Masker::finish() {
  std::string out;
  emit(out, pending_.size());
  state_ = 0;
  last_hidden_ = false;
  return out;
}

}  // namespace sampan::runner
