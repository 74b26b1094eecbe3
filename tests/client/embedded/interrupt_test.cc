#include "client/embedded/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace dynarch::embedded {
namespace {

TEST(InterruptGuardTest, TurnsSignalsIntoAFlag) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const InterruptGuard guard;
    EXPECT_FALSE(guard.interrupted());
    raise(signal);
    EXPECT_TRUE(guard.interrupted()) << signal;
  }
}

TEST(InterruptGuardTest, PutsBackWhatWasThereBefore) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before = {};
  sigaction(SIGHUP, &ignore, &before);
  { const InterruptGuard guard; }
  struct sigaction after = {};
  sigaction(SIGHUP, &before, &after);
  EXPECT_EQ(after.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace dynarch::embedded
