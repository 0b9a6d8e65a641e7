// java.util.concurrent.locks, as rules meet it.
#pragma once

#include "scan/java/names.h"

namespace sampan::scan::p3c {

// A Lock: a variable of such a type, or readLock() and writeLock() of a variable that is a ReadWriteLock.
bool is_lock(const java::Names& names, java::Node expression);

}  // namespace sampan::scan::p3c
