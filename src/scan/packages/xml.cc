#include "scan/packages/xml.h"

#include <expat.h>

#include <climits>
#include <memory>

#include "base/text.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kMostDepth = 200, kMostElements = 500'000;

struct Builder {
  XML_Parser parser = nullptr;
  XmlNode root;
  std::vector<XmlNode> open;
  std::size_t elements = 0;
  std::string problem;

  void stop(std::string why) {
    if (problem.empty()) problem = std::move(why);
    XML_StopParser(parser, XML_FALSE);
  }
};

std::string local_name(std::string_view name) { return std::string(name.substr(name.rfind(':') + 1)); }

void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  auto& builder = *static_cast<Builder*>(data);
  if (builder.open.size() >= kMostDepth) return builder.stop("it is nested too deep");
  if (++builder.elements > kMostElements) return builder.stop("it has too many elements");
  XmlNode node;
  node.name = local_name(name);
  node.line = static_cast<int>(XML_GetCurrentLineNumber(builder.parser));
  for (; *attributes != nullptr; attributes += 2)
    node.attributes.emplace_back(local_name(attributes[0]), attributes[1]);
  builder.open.push_back(std::move(node));
}

void on_text(void* data, const XML_Char* text, int length) {
  auto& builder = *static_cast<Builder*>(data);
  if (!builder.open.empty()) builder.open.back().text.append(text, static_cast<std::size_t>(length));
}

void on_end(void* data, const XML_Char*) {
  auto& builder = *static_cast<Builder*>(data);
  auto node = std::move(builder.open.back());
  builder.open.pop_back();
  node.text = std::string(trim(node.text));
  if (builder.open.empty())
    builder.root = std::move(node);
  else
    builder.open.back().children.push_back(std::move(node));
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int has_internal_subset) {
  // Entities can only come from here; without them there is nothing to expand.
  if (has_internal_subset != 0) static_cast<Builder*>(data)->stop("it declares entities, which are not read");
}

}  // namespace

const XmlNode* XmlNode::child(std::string_view wanted) const {
  for (const auto& one : children)
    if (one.name == wanted) return &one;
  return nullptr;
}

std::string_view XmlNode::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes)
    if (key == wanted) return value;
  return {};
}

Result<XmlNode> read_xml(std::string_view text, std::string_view file) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (!parser) return fail(Errc::unavailable, "no memory to read {}", file);
  if (text.size() > INT_MAX) return fail(Errc::too_large, "{}: over {} bytes", file, INT_MAX);
  Builder builder;
  builder.parser = parser.get();
  XML_SetUserData(parser.get(), &builder);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) != XML_STATUS_OK)
    return fail(Errc::invalid, "{}:{}: it cannot be read: {}", file, XML_GetCurrentLineNumber(parser.get()),
                builder.problem.empty() ? XML_ErrorString(XML_GetErrorCode(parser.get())) : builder.problem);
  return std::move(builder.root);
}

}  // namespace sampan::scan::packages
