// The rules, one file each; the order is the one of the reference (docs/rules).
#pragma once

#include <span>

#include "scan/p3c/rule.h"

namespace sampan::scan::p3c {

extern const Rule kAbstractClassShouldStartWithAbstractNaming;
extern const Rule kAbstractMethodOrInterfaceMethodMustUseJavadoc;
extern const Rule kArrayNamingShouldHaveBracket;
extern const Rule kUnsupportedExceptionWithModifyAsList;
extern const Rule kAvoidApacheBeanUtilsCopy;
extern const Rule kBigDecimalAvoidDoubleConstructor;
extern const Rule kBooleanPropertyShouldNotStartWithIs;
extern const Rule kClassMustHaveAuthor;
extern const Rule kClassNamingShouldBeCamel;
extern const Rule kCollectionInitShouldAssignCapacity;
extern const Rule kAvoidCommentBehindStatement;
extern const Rule kRemoveCommentedCode;
extern const Rule kAvoidComplexCondition;
extern const Rule kConstantFieldShouldBeUpperCase;
extern const Rule kCountDownShouldInFinally;
extern const Rule kUseRightCaseForDateFormat;
extern const Rule kAvoidStartWithDollarAndUnderLineNaming;
extern const Rule kAvoidDoubleOrFloatEqualCompare;
extern const Rule kEnumConstantsMustHaveComment;
extern const Rule kEqualsAvoidNull;
extern const Rule kExceptionClassShouldEndWithException;
extern const Rule kDontModifyInForeachCircle;
extern const Rule kIbatisMethodQueryForList;
extern const Rule kCommentsMustBeJavadocFormat;
extern const Rule kLockShouldWithTryFinally;
extern const Rule kLowerCamelCaseVariableNaming;
extern const Rule kUndefineMagicConstant;
extern const Rule kAvoidManuallyCreateThread;
extern const Rule kAvoidMissUseOfMathRandom;
extern const Rule kMethodTooLong;
extern const Rule kNeedBrace;
extern const Rule kAvoidNegationOperator;
extern const Rule kAvoidNewDateGetTime;
extern const Rule kPackageNaming;
extern const Rule kAvoidPatternCompileInMethod;
extern const Rule kPojoNoDefaultValue;
extern const Rule kPojoMustOverrideToString;
extern const Rule kPojoMustUsePrimitiveField;
extern const Rule kUseQuietReferenceNotation;
extern const Rule kAvoidConcurrentCompetitionRandom;
extern const Rule kAvoidReturnInFinally;
extern const Rule kServiceOrDaoClassShouldEndWithImpl;
extern const Rule kAvoidCallStaticSimpleDateFormat;
extern const Rule kStringConcat;
extern const Rule kClassCastExceptionWithSubListToArrayList;
extern const Rule kConcurrentExceptionWithModifyOriginSubList;
extern const Rule kSwitchStatement;
extern const Rule kTestClassShouldEndWithTestNaming;
extern const Rule kThreadLocalShouldRemove;
extern const Rule kThreadShouldSetName;
extern const Rule kThreadPoolCreation;
extern const Rule kClassCastExceptionWithToArray;
extern const Rule kTransactionMustHaveRollback;
extern const Rule kUpperEll;
extern const Rule kAvoidUseTimer;
extern const Rule kWrapperTypeEquality;
extern const Rule kMethodReturnWrapperType;

std::span<const Rule* const> all_rules();  // by name
const Rule* find_rule(std::string_view name);

}  // namespace sampan::scan::p3c
