// No number without a source: each entry of `sources` of the technology table
// and of the kernel libraries is taken away in turn, and must be missed.
// platforms_test.cc does the same for platforms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "dynarch/v1/runtime.pb.h"
#include "dynarch/v1/source.pb.h"
#include "dynarch/v1/technology.pb.h"
#include "sim/io/catalog.h"
#include "tests/testing/status_matchers.h"

namespace dynarch::catalog {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

io::Catalog Opened() {
  auto catalog = io::Catalog::Open(DYNARCH_SOURCE_DIR "/sim/catalog");
  EXPECT_OK(catalog);
  return *std::move(catalog);
}

// As docs/catalogue.md says.
void CheckWords(const v1::Source& source) {
  EXPECT_GE(source.text().size(), 15u) << source.path();
  EXPECT_THAT(source.text(),
              AnyOf(StartsWith("Read: "), StartsWith("Derived: "),
                    StartsWith("Design: "), StartsWith("Assumed: "),
                    StartsWith("Assumed in part. ")))
      << source.path();
  if (absl::StartsWith(source.text(), "Read: ") ||
      absl::StartsWith(source.text(), "Derived: ")) {
    EXPECT_THAT(source.text(), Not(HasSubstr("ssumed"))) << source.path();
    EXPECT_THAT(source.text(), Not(HasSubstr("remembered"))) << source.path();
  }
}

template <typename Message>
void CheckSources(const Message& message) {
  EXPECT_THAT(io::UncoveredNumbers(message), IsEmpty()) << message.name();
  ASSERT_GT(message.sources_size(), 0) << message.name();
  for (int i = 0; i < message.sources_size(); ++i) {
    CheckWords(message.sources(i));
    Message without = message;
    without.mutable_sources()->DeleteSubrange(i, 1);
    EXPECT_THAT(io::UncoveredNumbers(without), Not(IsEmpty()))
        << message.name() << ": " << message.sources(i).path();
  }
}

TEST(SourcesTest, OfTheTechnologyTableAreAllNeeded) {
  ASSERT_OK_AND_ASSIGN(const v1::Technology table, Opened().Technology());
  CheckSources(table);
}

TEST(SourcesTest, OfEveryKernelLibraryAreAllNeeded) {
  const io::Catalog catalog = Opened();
  for (const std::string& name : catalog.runtime_names()) {
    ASSERT_OK_AND_ASSIGN(const v1::Runtime runtime, catalog.Runtime(name));
    CheckSources(runtime);
  }
}

}  // namespace
}  // namespace dynarch::catalog
