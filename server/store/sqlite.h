// SQLite behind values that clean up after themselves.
//
// A Database and its Statements belong to one thread at a time. Values are
// bound, never pasted into SQL.
#ifndef DYNARCH_SERVER_STORE_SQLITE_H_
#define DYNARCH_SERVER_STORE_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace dynarch::store {

// A prepared statement. Parameters count from 1, columns from 0.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  Statement& Bind(int index, int64_t value);
  Statement& BindNull(int index);
  // Text and blobs are not copied: they must live until Reset or rebinding.
  Statement& BindText(int index, absl::string_view text);
  Statement& BindBlob(int index, absl::string_view bytes);

  // True if there is a row to read. Unavailable when the disk is full or
  // another program holds the database; AlreadyExists on a broken uniqueness
  // constraint; DataLoss when the file is damaged.
  absl::StatusOr<bool> Step();
  // For statements that give no rows: Step, then Reset.
  absl::Status Run();
  // Makes the statement ready for new values and another Step.
  void Reset();

  int64_t Int(int column) const;
  bool IsNull(int column) const;
  // Valid until the next Step or Reset.
  absl::string_view Text(int column) const;
  absl::string_view Blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  bool bind_failed_ = false;
};

// An open connection.
class Database {
 public:
  // Opens `path`, creating the file if `create`. Waits up to five seconds for
  // a lock of another connection. Statuses as Statement::Step, and NotFound
  // when the folder or file is not there.
  static absl::StatusOr<Database> Open(const std::string& path, bool create);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // Runs statements that have no parameters; their rows are dropped.
  absl::Status Execute(const std::string& sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);
  // The first column of the first row, e.g. of a pragma.
  absl::StatusOr<int64_t> QueryInt(absl::string_view sql);
  absl::StatusOr<std::string> QueryText(absl::string_view sql);

 private:
  explicit Database(sqlite3* database) : database_(database) {}

  sqlite3* database_ = nullptr;
};

// BEGIN IMMEDIATE now; ROLLBACK at the end of the scope unless committed.
class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // Durable when it returns OK.
  absl::Status Commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}

  Database* database_ = nullptr;  // nullptr once over
};

}  // namespace dynarch::store

#endif  // DYNARCH_SERVER_STORE_SQLITE_H_
