#include "server/store/sqlite_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "server/store/migrations.h"
#include "server/store/sqlite.h"
#include "sim/base/status_macros.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::store {
namespace {

using dynarch::testing::IsOkAndHolds;
using dynarch::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SqliteStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              absl::StrCat("dynarch_sqlite_", test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "test.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  // Runs SQL on the file behind the store's back.
  void Edit(const std::string& sql) {
    ASSERT_OK_AND_ASSIGN(Database database, Database::Open(path_, true));
    ASSERT_OK(database.Execute(sql));
  }
  absl::StatusOr<int64_t> Query(absl::string_view sql) {
    DYNARCH_ASSIGN_OR_RETURN(Database database, Database::Open(path_, false));
    return database.QueryInt(sql);
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(SqliteStoreTest, RefusesADatabaseOfANewerVersionAndLeavesItAsItWas) {
  ASSERT_OK(OpenSqliteStore(path_).status());
  Edit("PRAGMA user_version = 1000; PRAGMA journal_mode = DELETE;");
  EXPECT_THAT(OpenSqliteStore(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(path_), HasSubstr("newer version"),
                             HasSubstr("schema 1000"))));
  EXPECT_THAT(Query("PRAGMA user_version"), IsOkAndHolds(1000));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
}

TEST_F(SqliteStoreTest, RefusesAnotherProgramsDatabase) {
  Edit("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);");
  EXPECT_THAT(OpenSqliteStore(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("another program")));
  EXPECT_THAT(Query("SELECT count(*) FROM sqlite_master"), IsOkAndHolds(1));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  const std::string text(8'192, 'x');
  std::ofstream(path_) << text;
  EXPECT_THAT(OpenSqliteStore(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("not a database")));
  EXPECT_EQ(std::filesystem::file_size(path_), text.size());
}

TEST_F(SqliteStoreTest, NamesAFolderThatIsNotThere) {
  const std::string missing = folder_ / "missing" / "test.db";
  EXPECT_THAT(OpenSqliteStore(missing).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(missing)));
}

TEST_F(SqliteStoreTest, TwoServersNeverShareADatabase) {
  ASSERT_OK_AND_ASSIGN(auto first, OpenSqliteStore(path_));
  EXPECT_THAT(OpenSqliteStore(path_).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("another dynarch-server uses it")));
  first.reset();
  EXPECT_OK(OpenSqliteStore(path_).status());
}

TEST_F(SqliteStoreTest, WritesAheadAndWaitsForTheDisk) {
  ASSERT_OK_AND_ASSIGN(auto store, OpenSqliteStore(path_));
  ASSERT_OK_AND_ASSIGN(Database database, Database::Open(path_, false));
  EXPECT_THAT(database.QueryText("PRAGMA journal_mode"), IsOkAndHolds("wal"));
}

// The steps up to here, then one more.
std::vector<Migration> WithOneMore() {
  std::vector<Migration> migrations = AllMigrations();
  const int version = migrations.back().version + 1;
  migrations.push_back(
      {.version = version,
       .name = "next.sql",
       .sql = absl::StrCat(
           "ALTER TABLE study ADD COLUMN note TEXT NOT NULL DEFAULT 'none';"
           "PRAGMA user_version = ",
           version, ";")});
  return migrations;
}

TEST_F(SqliteStoreTest, AMigrationKeepsTheRowsOfTheVersionBefore) {
  {
    ASSERT_OK_AND_ASSIGN(auto store, OpenSqliteStore(path_));
    ASSERT_OK(store->CreateStudy({.name = "a"}).status());
  }
  ASSERT_OK_AND_ASSIGN(Database database, Database::Open(path_, false));
  ASSERT_OK(Migrate(database, path_, WithOneMore()));
  EXPECT_THAT(database.QueryText("SELECT name || note FROM study"),
              IsOkAndHolds("anone"));
  EXPECT_THAT(database.QueryInt("PRAGMA user_version"),
              IsOkAndHolds(AllMigrations().back().version + 1));
}

TEST_F(SqliteStoreTest, AMigrationThatFailsLeavesTheVersionBefore) {
  ASSERT_OK(OpenSqliteStore(path_).status());
  std::vector<Migration> migrations = WithOneMore();
  migrations.back().sql =
      "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);";
  ASSERT_OK_AND_ASSIGN(Database database, Database::Open(path_, false));
  EXPECT_FALSE(Migrate(database, path_, migrations).ok());
  EXPECT_THAT(
      database.QueryInt("SELECT count(*) FROM sqlite_master WHERE name='half'"),
      IsOkAndHolds(0));
  EXPECT_THAT(database.QueryInt("PRAGMA user_version"),
              IsOkAndHolds(AllMigrations().back().version));
}

TEST(AllMigrationsTest, CountUpFromOneWithoutAGap) {
  int version = 0;
  for (const Migration& migration : AllMigrations()) {
    EXPECT_EQ(migration.version, ++version) << migration.name;
    EXPECT_THAT(migration.sql, HasSubstr(absl::StrCat(
                                   "PRAGMA user_version = ", version, ";")));
  }
  EXPECT_GE(version, 1);
}

}  // namespace
}  // namespace dynarch::store
