#include "server/service/listen_address.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace dynarch::server {
namespace {

using dynarch::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ListenAddressTest, TakesThisMachineAndUnixSockets) {
  for (const char* address : {"127.0.0.1:7733", "localhost:0", "[::1]:1",
                              "unix:/tmp/dynarch-no-such-socket"}) {
    EXPECT_OK(CheckListenAddress(address, false)) << address;
  }
}

TEST(ListenAddressTest, OtherMachinesMustBeAskedForByName) {
  for (const char* address : {"0.0.0.0:7733", "[::]:0", "example.org:80"}) {
    EXPECT_THAT(CheckListenAddress(address, false),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("--allow-insecure-remote")))
        << address;
    EXPECT_OK(CheckListenAddress(address, true)) << address;
  }
}

TEST(ListenAddressTest, SaysWhatIsAllowed) {
  for (const char* address :
       {"", "x", ":80", "localhost:", "localhost:65536", "localhost:-1"}) {
    EXPECT_THAT(CheckListenAddress(address, true),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("HOST:PORT or unix:PATH")))
        << address;
  }
}

TEST(ListenAddressTest, ASocketPathHolds107Bytes) {
  EXPECT_OK(CheckListenAddress("unix:" + std::string(107, 'x'), false));
  EXPECT_THAT(CheckListenAddress("unix:" + std::string(108, 'x'), false),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("1 to 107 bytes, got 108")));
}

TEST(ListenAddressTest, ShowsThePortThatWasBound) {
  EXPECT_EQ(BoundAddress("[::1]:0", 4321), "[::1]:4321");
  EXPECT_EQ(BoundAddress("unix:/a/b", 1), "unix:/a/b");
}

}  // namespace
}  // namespace dynarch::server
