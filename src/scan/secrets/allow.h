// What is no secret though it has the form of one, and where one weighs less.
#pragma once

#include <string_view>

#include "scan/secrets/rule.h"

namespace sampan::scan::secrets {

// Examples, places to fill and references to a value that is elsewhere.
bool is_placeholder(std::string_view secret, Trust trust);
// Mostly words, as names of things are: more than two thirds in runs of four and more letters that can be said aloud.
bool reads_like_words(std::string_view text);

bool belongs(std::string_view path, Where where);
bool is_for_tests(std::string_view path);      // test, fixture and example folders, and files named as tests are
bool is_lock_file(std::string_view path);      // full of digests: weak forms mean nothing there
bool is_never_text(std::string_view path);     // pictures, archives, fonts, programs: not even opened
bool is_named_as_text(std::string_view path);  // source and configuration: binary content there is worth a word

}  // namespace sampan::scan::secrets
