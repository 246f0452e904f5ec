/* NumPy's generators of random bits, as its `numpy/random/bitgen.h` has them. */
#include <stdint.h>

typedef struct {
    void *state;
    uint64_t (*next_uint64)(void *state);
    uint32_t (*next_uint32)(void *state);
    double (*next_double)(void *state);
    uint64_t (*next_raw)(void *state);
} BitGenerator;
