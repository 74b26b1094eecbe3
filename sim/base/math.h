// Elementary functions by plain arithmetic: + - * / in a fixed order.
//
// libm chooses its code by processor, so its last bit differs between
// machines; these give the same bits everywhere. Tests hold the errors stated
// here against libm.
#ifndef DYNARCH_SIM_BASE_MATH_H_
#define DYNARCH_SIM_BASE_MATH_H_

namespace dynarch {

// e^x, within 1 ulp (2 ulp where the result is subnormal). +inf past 709.78, 0
// below -745.14.
double Exp(double x);

// Natural logarithm, within 1 ulp. -inf at 0, NaN below.
double Log(double x);

// Logarithm to base 2, within 1 ulp, exact at powers of two. -inf at 0, NaN
// below.
double Log2(double x);

// x^y, within 1 ulp (2 ulp where the result is subnormal); exact where the
// result is a double and an integer power of a small integer. x^0 = 1^y = 1.
// A negative x needs an integer y, else the result is NaN; 0^y is 0 for y > 0
// and +inf for y < 0.
double Pow(double x, double y);

}  // namespace dynarch

#endif  // DYNARCH_SIM_BASE_MATH_H_
