#include "scan/p3c/locks.h"

#include <string>

#include "scan/java/syntax.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_one_of(const Names& names, Node object, std::initializer_list<std::string_view> types) {
  const Variable* variable = names.resolve(object);
  if (!variable) return false;
  for (const auto type : types) {
    if (names.is_type(variable->type, "java.util.concurrent.locks." + std::string(type))) return true;
  }
  return false;
}

}  // namespace

bool is_lock(const Names& names, Node expression) {
  if (expression.is(Kind::method_invocation)) {
    const auto name = method(expression);
    return (name == "readLock" || name == "writeLock") &&
           is_one_of(names, receiver(expression), {"ReadWriteLock", "ReentrantReadWriteLock"});
  }
  return is_one_of(names, expression,
                   {"Lock", "ReentrantLock", "ReentrantReadWriteLock.ReadLock", "ReentrantReadWriteLock.WriteLock"});
}

}  // namespace sampan::scan::p3c
