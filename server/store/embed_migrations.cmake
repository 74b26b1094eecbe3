# Writes OUTPUT, the definition of AllMigrations() from the .sql files FILES
# (separated by '|'). Run as: cmake -DFILES=a.sql|b.sql -DOUTPUT=x.cc -P this.
string(REPLACE "|" ";" FILES "${FILES}")
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  if(NOT name MATCHES "^0*([1-9][0-9]*)_[a-z0-9_]+\\.sql$")
    message(FATAL_ERROR "${file}: a migration is named NNNN_words.sql")
  endif()
  set(version ${CMAKE_MATCH_1})
  file(READ ${file} sql)
  string(APPEND entries
         "      {${version}, \"${name}\", R\"__sql__(${sql})__sql__\"},\n")
endforeach()
file(WRITE ${OUTPUT}
"// Generated from server/store/migrations/*.sql.
#include \"server/store/migrations.h\"

namespace dynarch::store {

const std::vector<Migration>& AllMigrations() {
  static const auto* const migrations = new std::vector<Migration>{
${entries}  };
  return *migrations;
}

}  // namespace dynarch::store
")
