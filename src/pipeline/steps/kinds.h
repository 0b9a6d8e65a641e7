// One list of kinds for each file of this folder; steps/kinds.cc joins them.
#pragma once

#include <span>

#include "pipeline/steps/step.h"

namespace sampan::pipeline {

std::span<const StepKind> command_steps();
std::span<const StepKind> java_steps();
std::span<const StepKind> node_steps();
std::span<const StepKind> golang_steps();
std::span<const StepKind> python_steps();
std::span<const StepKind> image_steps();
std::span<const StepKind> artifact_steps();
std::span<const StepKind> report_steps();
std::span<const StepKind> scan_steps();
std::span<const StepKind> deploy_steps();

}  // namespace sampan::pipeline
