// Runs a fuzz target over the files of a corpus folder, as a unit test.
//
// Usage: NAME_corpus FOLDER. Exits 1 when the folder holds no file, so that a
// moved corpus does not pass unnoticed.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::vector<std::filesystem::path> FilesIn(const char* folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void Replay(const std::filesystem::path& file) {
  std::cout << file.filename().string() << std::endl;  // flushed: names a crash
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)),
                          std::istreambuf_iterator<char>());
  // A copy of exactly this size, so that a read past the end is seen by ASan.
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " CORPUS_FOLDER\n";
    return 2;
  }
  const auto files = FilesIn(argv[1]);
  if (files.empty()) {
    std::cerr << argv[1] << ": no corpus file there\n";
    return 1;
  }
  for (const auto& file : files) Replay(file);
  std::cout << files.size() << " corpus files replayed\n";
  return 0;
}
