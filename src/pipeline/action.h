// What a step compiles to.
#pragma once

#include "model/action.h"

namespace sampan::pipeline {

using order::Action;
using order::KeyValue;
using order::RedLine;

}  // namespace sampan::pipeline
