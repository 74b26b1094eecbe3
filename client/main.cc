// dynarch: the program for people.
//
// Only this file looks around on the machine: where the catalogue lies, where
// the daemons lie, whether a person watches.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "absl/time/clock.h"
#include "client/commands/command_line.h"
#include "client/commands/commands.h"
#include "client/commands/context.h"

namespace {

namespace fs = std::filesystem;

fs::path ProgramFolder() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path(".") : self.parent_path();
}

// --catalog, else share/dynarch/catalog beside the program's folder, else the
// build tree's; empty if there is none.
std::string CatalogFolder(const std::string& given, const fs::path& program) {
  if (!given.empty()) return given;
  std::error_code ignored;
  for (const fs::path& folder :
       {program.parent_path() / "share" / "dynarch" / "catalog",
        fs::path(DYNARCH_BUILD_CATALOG)}) {
    if (fs::is_directory(folder, ignored)) return folder.string();
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const absl::Time start = absl::Now();
  const auto line = dynarch::commands::ParseCommandLine(argc, argv);
  if (!line.ok()) {
    std::cerr << "dynarch: " << line.status().message() << std::endl;
    return dynarch::commands::ExitCodeOf(line.status());
  }
  if (!line->help.empty()) {
    std::cout << line->help;
    return 0;
  }
  const fs::path folder = ProgramFolder();
  const dynarch::commands::Context context = {
      .catalog = CatalogFolder(line->catalog, folder),
      .program_folder = folder.string(),
      .start = start,
      .terminal = isatty(STDERR_FILENO) == 1,
      .out = std::cout,
      .err = std::cerr,
  };
  absl::Status status = dynarch::commands::Execute(context, line->command);
  std::cout.flush();
  if (status.ok() && !std::cout) {
    status = absl::DataLossError("standard output could not be written");
  }
  if (!status.ok()) std::cerr << "dynarch: " << status.message() << std::endl;
  return dynarch::commands::ExitCodeOf(status);
}
