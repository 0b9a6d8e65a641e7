// Names of things that travel between rooms. An id is a type of its own, so a run can never be taken for a repository.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sampan {

template <class Tag>
struct Id {
  std::int64_t value = 0;  // 0: none
  explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;
};
using UserId = Id<struct UserTag>;
using TokenId = Id<struct TokenTag>;
using GroupId = Id<struct GroupTag>;
using RepoId = Id<struct RepoTag>;
using PushId = Id<struct PushTag>;
using PipelineId = Id<struct PipelineTag>;
using RunId = Id<struct RunTag>;
using JobId = Id<struct JobTag>;
using RunnerId = Id<struct RunnerTag>;
using ArtifactId = Id<struct ArtifactTag>;
using VariableGroupId = Id<struct VariableGroupTag>;
using AppId = Id<struct AppTag>;
using EnvironmentId = Id<struct EnvironmentTag>;
using ReleaseId = Id<struct ReleaseTag>;
using DeploymentId = Id<struct DeploymentTag>;
using InstanceId = Id<struct InstanceTag>;

// A git object name: 40 lower-case hex digits (SHA-1). Made by parse only.
class Sha {
 public:
  static std::optional<Sha> parse(std::string_view text);
  static Sha zero();  // "no object" in ref updates
  const std::string& text() const { return text_; }
  std::string short_text() const { return text_.substr(0, 8); }
  bool is_zero() const;
  auto operator<=>(const Sha&) const = default;
  Sha() : Sha(zero()) {}

 private:
  explicit Sha(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A content digest, "sha256:" and 64 hex digits (OCI image spec, descriptor.md, digests). Made by parse only.
class Digest {
 public:
  static std::optional<Digest> parse(std::string_view text);
  static std::optional<Digest> from_sha256(std::string_view hex64);
  const std::string& text() const { return text_; }
  std::string hex() const { return text_.substr(7); }
  auto operator<=>(const Digest&) const = default;
  Digest() = default;  // empty text: none
  explicit operator bool() const { return !text_.empty(); }

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace sampan

template <class Tag>
struct std::hash<sampan::Id<Tag>> {
  std::size_t operator()(const sampan::Id<Tag>& id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
