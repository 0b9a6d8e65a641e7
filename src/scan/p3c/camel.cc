#include "scan/p3c/camel.h"

#include <span>

namespace sampan::scan::p3c {

namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// ([A-Z][a-z0-9]+)*
bool is_words(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (!is_upper(text[i]) || i + 1 >= text.size() || !is_small(text[i + 1])) return false;
    for (++i; i < text.size() && is_small(text[i]);) ++i;
  }
  return true;
}

template <class Fits>
bool with_ending(std::string_view name, std::span<const std::string_view> endings, Fits fits) {
  if (fits(name)) return true;
  if (!name.empty() && is_upper(name.back()) && fits(name.substr(0, name.size() - 1))) return true;
  for (const auto ending : endings) {
    if (name.ends_with(ending) && fits(name.substr(0, name.size() - ending.size()))) return true;
  }
  return false;
}

}  // namespace

bool is_class_name(std::string_view name) {
  for (const std::string_view exempt : {"Hbase", "HBase", "ID"}) {
    if (name.find(exempt) != std::string_view::npos) return true;
  }
  static constexpr std::string_view kEndings[] = {"DO", "DTO", "VO", "DAO", "BO", "DAOImpl", "YunOS", "AO", "PO"};
  return with_ending(name, kEndings, [](std::string_view text) {
    const auto plain = [](std::string_view words) { return !words.empty() && is_words(words); };
    return plain(text) || (text.starts_with('I') && plain(text.substr(1)));
  });
}

bool is_variable_name(std::string_view name) {
  static constexpr std::string_view kEndings[] = {"DO",      "DTO",    "VO",      "DAO",    "BO",  "DOList",
                                                  "DTOList", "VOList", "DAOList", "BOList", "UDF", "UDAF"};
  return with_ending(name, kEndings, [](std::string_view text) {
    if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
    std::size_t i = 0;
    while (i < text.size() && is_small(text[i])) ++i;
    return is_words(text.substr(i));
  });
}

}  // namespace sampan::scan::p3c
