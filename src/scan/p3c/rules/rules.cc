#include "scan/p3c/rules/rules.h"

#include <algorithm>

namespace sampan::scan::p3c {

namespace {

constexpr const Rule* kAll[] = {
    &kAbstractClassShouldStartWithAbstractNaming,
    &kAbstractMethodOrInterfaceMethodMustUseJavadoc,
    &kArrayNamingShouldHaveBracket,
    &kAvoidApacheBeanUtilsCopy,
    &kAvoidCallStaticSimpleDateFormat,
    &kAvoidCommentBehindStatement,
    &kAvoidComplexCondition,
    &kAvoidConcurrentCompetitionRandom,
    &kAvoidDoubleOrFloatEqualCompare,
    &kAvoidManuallyCreateThread,
    &kAvoidMissUseOfMathRandom,
    &kAvoidNegationOperator,
    &kAvoidNewDateGetTime,
    &kAvoidPatternCompileInMethod,
    &kAvoidReturnInFinally,
    &kAvoidStartWithDollarAndUnderLineNaming,
    &kAvoidUseTimer,
    &kBigDecimalAvoidDoubleConstructor,
    &kBooleanPropertyShouldNotStartWithIs,
    &kClassCastExceptionWithSubListToArrayList,
    &kClassCastExceptionWithToArray,
    &kClassMustHaveAuthor,
    &kClassNamingShouldBeCamel,
    &kCollectionInitShouldAssignCapacity,
    &kCommentsMustBeJavadocFormat,
    &kConcurrentExceptionWithModifyOriginSubList,
    &kConstantFieldShouldBeUpperCase,
    &kCountDownShouldInFinally,
    &kDontModifyInForeachCircle,
    &kEnumConstantsMustHaveComment,
    &kEqualsAvoidNull,
    &kExceptionClassShouldEndWithException,
    &kIbatisMethodQueryForList,
    &kLockShouldWithTryFinally,
    &kLowerCamelCaseVariableNaming,
    &kMethodReturnWrapperType,
    &kMethodTooLong,
    &kNeedBrace,
    &kPackageNaming,
    &kPojoMustOverrideToString,
    &kPojoMustUsePrimitiveField,
    &kPojoNoDefaultValue,
    &kRemoveCommentedCode,
    &kServiceOrDaoClassShouldEndWithImpl,
    &kStringConcat,
    &kSwitchStatement,
    &kTestClassShouldEndWithTestNaming,
    &kThreadLocalShouldRemove,
    &kThreadPoolCreation,
    &kThreadShouldSetName,
    &kTransactionMustHaveRollback,
    &kUndefineMagicConstant,
    &kUnsupportedExceptionWithModifyAsList,
    &kUpperEll,
    &kUseQuietReferenceNotation,
    &kUseRightCaseForDateFormat,
    &kWrapperTypeEquality,
};

}  // namespace

std::span<const Rule* const> all_rules() { return kAll; }

const Rule* find_rule(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kAll), std::end(kAll), [&](const Rule* rule) { return rule->name == name; });
  return found == std::end(kAll) ? nullptr : *found;
}

}  // namespace sampan::scan::p3c
