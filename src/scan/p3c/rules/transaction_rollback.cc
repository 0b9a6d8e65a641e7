#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool says_when(Node annotation) {
  for (Node pair : annotation.child(Field::arguments).children()) {
    if (!pair.is(Kind::element_value_pair)) continue;
    const auto key = pair.child(Field::key).text();
    if (key.starts_with("rollback") || key.starts_with("readOnly")) return true;
    if (pair.child(Field::value).text() == "Propagation.NOT_SUPPORTED") return true;
  }
  return false;
}

bool rolls_back(Node method_node) {
  for (Node at : method_node.descendants()) {
    if (method(statement_call(at)).ends_with("rollback")) return true;
  }
  return false;
}

}  // namespace

constinit const Rule kTransactionMustHaveRollback = {
    .name = "TransactionMustHaveRollbackRule",
    .severity = Severity::major,
    .summary = {"@Transactional 说明什么异常回滚", "@Transactional says on what exceptions it rolls back"},
    .remedy = {"加上 rollbackFor = Exception.class，或在方法里手动回滚：默认只对 RuntimeException 回滚",
               "Add rollbackFor = Exception.class, or roll back by hand: without it only RuntimeException does"},
    .check = [](const Source& source, Report& report) {
      for (const Kind kind : {Kind::marker_annotation, Kind::annotation}) {
        for (Node annotation : source.tree.all(kind)) {
          if (annotation_name(annotation) != "Transactional" || says_when(annotation)) continue;
          const Node declared = annotation.parent().parent();
          if (declared.is(Kind::class_declaration, Kind::interface_declaration)) {
            report.add(annotation, "@Transactional 没有写 rollbackFor", "@Transactional has no rollbackFor");
          } else if (declared.is(Kind::method_declaration) && !rolls_back(declared)) {
            report.add(Span{head(declared).start(), declared.child(Field::name).end()},
                       "方法 {} 的 @Transactional 没有写 rollbackFor",
                       "@Transactional of the method {} has no rollbackFor", declared.child(Field::name).text());
          }
        }
      }
    }};

}  // namespace sampan::scan::p3c
