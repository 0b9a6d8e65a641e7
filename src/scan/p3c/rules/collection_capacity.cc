#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kCollectionInitShouldAssignCapacity = {
    .name = "CollectionInitShouldAssignCapacityRule",
    .severity = Severity::major,
    .summary = {"新建 HashMap 时给出初始容量", "A new HashMap is given its capacity"},
    .remedy = {"写 new HashMap<>(元素个数 / 0.75 + 1)，说不准时写 16",
               "Write new HashMap<>(expected / 0.75 + 1), or 16 where the number is unknown"},
    .check = [](const Source& source, Report& report) {
      for (Node creation : source.tree.all(Kind::object_creation)) {
        const auto type = type_name(creation.child(Field::type));
        if ((type != "HashMap" && type != "ConcurrentHashMap") || !arguments(creation).empty()) continue;
        if (creation.ancestor(Kind::method_declaration))
          report.add(creation.child(Field::arguments), "新建 {} 时没有给出初始容量",
                     "A new {} is not given its capacity", type);
      }
    }};

}  // namespace sampan::scan::p3c
