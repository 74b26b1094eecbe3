// The database's schema, step by step. The texts are the .sql files of
// server/store/migrations, put into the program at build.
#ifndef DYNARCH_SERVER_STORE_MIGRATIONS_H_
#define DYNARCH_SERVER_STORE_MIGRATIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/store/sqlite.h"

namespace dynarch::store {

// Brings a database from version - 1 to `version`, and says so by setting
// PRAGMA user_version.
struct Migration {
  int version = 0;
  std::string name;  // of its file
  std::string sql;
};

// Ascending from 1, without a gap.
const std::vector<Migration>& AllMigrations();

// Brings `database` to the last version, each step in one transaction.
// FailedPrecondition, and nothing written, if the database was written by a
// newer version or by another program.
absl::Status Migrate(Database& database, const std::string& path,
                     absl::Span<const Migration> migrations);

}  // namespace dynarch::store

#endif  // DYNARCH_SERVER_STORE_MIGRATIONS_H_
