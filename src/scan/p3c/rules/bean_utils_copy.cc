#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidApacheBeanUtilsCopy = {
    .name = "AvoidApacheBeanUtilsCopyRule",
    .severity = Severity::blocker,
    .summary = {"不用 Apache BeanUtils 拷贝属性", "Properties are not copied with Apache BeanUtils"},
    .remedy = {"用 Spring 的 BeanUtils 或 MapStruct：Apache 的很慢",
               "Use Spring's BeanUtils or MapStruct: Apache's is slow"},
    .check = [](const Source& source, Report& report) {
      constexpr std::string_view kName = "org.apache.commons.beanutils.BeanUtils";
      for (Node call : source.tree.all(Kind::method_invocation)) {
        if (method(call) != "copyProperties") continue;
        const auto owner = receiver(call).text();
        if (owner == kName || (owner == "BeanUtils" && source.names.imports_name(kName)))
          report.add(Span{call.start(), call.child(Field::name).end()}, "用了 Apache BeanUtils.copyProperties",
                     "Apache BeanUtils.copyProperties is used");
      }
    }};

}  // namespace sampan::scan::p3c
