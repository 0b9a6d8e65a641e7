#include "pipeline/expand.h"

#include <doctest/doctest.h>

namespace sampan::pipeline {

TEST_CASE("expand: variables are replaced and shell words are left alone") {
  const Variables variables{{"NAME", "shop"}};
  CHECK(*expand_variables("a-${NAME}-b $NAME", variables) == "a-shop-b $NAME");
  CHECK(*expand_variables("$${NAME}${NAME}", variables) == "${NAME}shop");
}

TEST_CASE("expand: an unknown variable is named with the nearest known one") {
  auto text = expand_variables("${NMAE}", {{"NAME", "x"}});
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().message == "the variable 'NMAE' is not known, did you mean 'NAME'?");
  CHECK(expand_variables("${NAME", {}).error().message == "'${NAME' is not closed: expected ${NAME}");
}

TEST_CASE("expand: references to artifacts are found with their place and wish") {
  auto found = find_references("img=$[stages.image.build.img.artifacts.order_image.dockerUrl] $[jobs.a.b.artifacts.c]");
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].stage == "image");
  CHECK((*found)[0].step == "img");
  CHECK((*found)[0].name == "order_image");
  CHECK((*found)[0].wanted == ArtifactReference::Wanted::docker_url);
  CHECK((*found)[0].offset == 4);
  CHECK((*found)[1].stage == "");
  CHECK((*found)[1].job == "a");
}

TEST_CASE("expand: a reference of another form is quoted and its form is told") {
  CHECK(find_references("$[stages.a.b.artifacts.c]").error().message.find("expected $[stages.STAGE") !=
        std::string::npos);
  CHECK(find_references("$[stages.a").error().message.find("not closed") != std::string::npos);
  CHECK(find_references("$[sources.x.stages.a.b.c.artifacts.d]").error().message.find("other pipelines") !=
        std::string::npos);
  CHECK(find_references("echo $[1 + 2]")->empty());
}

TEST_CASE("expand: a reference that begins inside another one is no second reference") {
  const std::string text = "$[stages.x $[jobs.b.c.artifacts.d.dockerUrl] end";
  const auto found = find_references(text);
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 1);
  const auto replaced = replace_references(text, [](const ArtifactReference&) -> Result<std::string> { return "R"; });
  CHECK(*replaced == "R end");
}

TEST_CASE("expand: replacing keeps the text around the references") {
  auto text = replace_references("a $[jobs.j.s.artifacts.n] b", [](const ArtifactReference& r) -> Result<std::string> {
    return r.job + "/" + r.name;
  });
  CHECK(*text == "a j/n b");
}

}  // namespace sampan::pipeline
