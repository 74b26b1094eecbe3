// A store without a disk, for tests: the same answers, nothing survives.
#ifndef DYNARCH_SERVER_STORE_MEMORY_STORE_H_
#define DYNARCH_SERVER_STORE_MEMORY_STORE_H_

#include <memory>

#include "server/store/store.h"

namespace dynarch::store {

std::unique_ptr<Store> NewMemoryStore();

}  // namespace dynarch::store

#endif  // DYNARCH_SERVER_STORE_MEMORY_STORE_H_
