#include "scan/velocity/template.h"

#include <doctest/doctest.h>

namespace sampan::scan::velocity {

namespace {

std::string names(std::string_view text) {
  std::string out;
  for (const auto& reference : references(text))
    out += reference.name + (reference.quiet ? "!" : "") + (reference.in_macro ? "m" : "") +
           (reference.between_text ? "" : "?") + " ";
  return out;
}

}  // namespace

TEST_CASE("velocity: references in each notation, with methods and quietly") {
  CHECK(names("a $b c") == "b ");
  CHECK(names("a ${b} $!c $!{d.e} f") == "b c! d.e! ");
  CHECK(names("a $b.c($d, \")\").e f") == "b.c.e ");
  CHECK(names("a $5 $ \\$b f") == "");
}

TEST_CASE("velocity: directives, their arguments and comments hold no references of the page") {
  CHECK(names("a #set($b = $c) #parse(\"$d\") b") == "");
  CHECK(names("a ## $b\n c #* $d *# e #[[ $f ]]# g") == "");
  CHECK(names("a #if($b) c $d e #else f $g #end") == "d g ");
  CHECK(names("#macro(m $a) x $a y #end z $b w") == "am b ");
}

TEST_CASE("velocity: text before and behind counts in a block of its own") {
  CHECK(names("$a b") == "a? ");
  CHECK(names("a #if($x)$b#end c") == "b? ");
}

TEST_CASE("velocity: text that never closes ends") {
  CHECK(names("a $b.c(((( \"") == "b.c? ");
  CHECK(names("a #* b") == "");
  CHECK(names(std::string(5000, '#') + "if(") == "");
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "#if($a)";
  CHECK(names(deep + "x $b y") == "b ");
}

}  // namespace sampan::scan::velocity
