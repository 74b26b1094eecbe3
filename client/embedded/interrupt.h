// Ctrl-C and its like as a flag.
#ifndef DYNARCH_CLIENT_EMBEDDED_INTERRUPT_H_
#define DYNARCH_CLIENT_EMBEDDED_INTERRUPT_H_

#include <signal.h>

#include <array>

namespace dynarch::embedded {

// While it lives, SIGINT, SIGTERM and SIGHUP set a flag instead of ending the
// process. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;

 private:
  std::array<struct sigaction, 3> before_;
};

}  // namespace dynarch::embedded

#endif  // DYNARCH_CLIENT_EMBEDDED_INTERRUPT_H_
