// What rules that offer a fix ask of the text: where code ends and lines end, and how they are indented.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scan/java/tree.h"

namespace sampan::scan::p3c {

std::string_view text_of(const java::Tree& tree, java::Span span);
bool is_only(std::string_view text, std::string_view characters);
bool is_name_part(char c);  // of an identifier or keyword
// The end of the last code before this place, behind which only blanks and comments stand.
std::uint32_t code_end_before(const java::Tree& tree, std::uint32_t offset);
// The end of the comments that fill the line behind this place; the place itself where anything else stands there.
std::uint32_t line_tail(const java::Tree& tree, std::uint32_t offset);
std::string_view indentation(const java::Tree& tree, int line);
// What one level more is indented by, as the code around the node does it; else four spaces, as the guidelines say.
std::string indentation_step(const java::Tree& tree, java::Node node);
std::string line_break(const java::Tree& tree, int line);  // as the line ends: "\n" or "\r\n"

}  // namespace sampan::scan::p3c
