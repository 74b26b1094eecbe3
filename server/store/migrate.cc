#include "absl/strings/str_cat.h"
#include "server/store/migrations.h"
#include "sim/base/status_macros.h"

namespace dynarch::store {
namespace {

// "DYNA": tells our files from other programs' (PRAGMA application_id).
constexpr int64_t kApplicationId = 0x44594e41;

// Version of the database; 0 if it is new.
absl::StatusOr<int64_t> VersionOf(Database& database, const std::string& path) {
  DYNARCH_ASSIGN_OR_RETURN(const int64_t version,
                           database.QueryInt("PRAGMA user_version"));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t application,
                           database.QueryInt("PRAGMA application_id"));
  DYNARCH_ASSIGN_OR_RETURN(
      const int64_t tables,
      database.QueryInt("SELECT count(*) FROM sqlite_master"));
  if (application == kApplicationId) return version;
  if (tables == 0 && version == 0 && application == 0) return 0;
  return absl::FailedPreconditionError(absl::StrCat(
      "database ", path,
      ": is another program's SQLite file, not Dynarch's; name another file"));
}

absl::Status Apply(Database& database, const Migration& migration) {
  DYNARCH_ASSIGN_OR_RETURN(Transaction transaction,
                           Transaction::Begin(database));
  DYNARCH_RETURN_IF_ERROR(database.Execute(migration.sql));
  DYNARCH_RETURN_IF_ERROR(database.Execute(
      absl::StrCat("PRAGMA application_id = ", kApplicationId)));
  DYNARCH_ASSIGN_OR_RETURN(const int64_t version,
                           database.QueryInt("PRAGMA user_version"));
  if (version != migration.version) {
    return absl::InternalError(absl::StrCat("migration ", migration.name,
                                            " leaves user_version at ", version,
                                            "; want ", migration.version));
  }
  return transaction.Commit();
}

}  // namespace

absl::Status Migrate(Database& database, const std::string& path,
                     absl::Span<const Migration> migrations) {
  DYNARCH_ASSIGN_OR_RETURN(const int64_t version, VersionOf(database, path));
  const int64_t last = migrations.empty() ? 0 : migrations.back().version;
  if (version > last) {
    return absl::FailedPreconditionError(absl::StrCat(
        "database ", path, ": written by a newer version of Dynarch (schema ",
        version, "; this program knows up to ", last,
        "); use that version or name another file"));
  }
  for (const Migration& migration : migrations) {
    if (migration.version <= version) continue;
    DYNARCH_RETURN_IF_ERROR(Apply(database, migration));
  }
  return absl::OkStatus();
}

}  // namespace dynarch::store
