// libxxhash through its run-time dispatch: Debian's shared library builds the plain functions for
// SSE2 only, which is five to fifteen times slower than what the processor can do.
#ifndef POWERCUT_CXXHASH_SHIM_H
#define POWERCUT_CXXHASH_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#define POWERCUT_XXH3_64(data, byteCount) XXH3_64bits_dispatch(data, byteCount)
#define POWERCUT_XXH3_128(data, byteCount) XXH3_128bits_dispatch(data, byteCount)
#else
#define POWERCUT_XXH3_64(data, byteCount) XXH3_64bits(data, byteCount)
#define POWERCUT_XXH3_128(data, byteCount) XXH3_128bits(data, byteCount)
#endif

typedef struct {
  uint64_t low;
  uint64_t high;
} powercut_lanes;

static inline uint64_t powercut_xxh3_64(const void *data, size_t byteCount) {
  return POWERCUT_XXH3_64(data, byteCount);
}

static inline powercut_lanes powercut_xxh3_128(const void *data, size_t byteCount) {
  XXH128_hash_t hash = POWERCUT_XXH3_128(data, byteCount);
  powercut_lanes lanes = {hash.low64, hash.high64};
  return lanes;
}

// Three little-endian words, hashed as the 24 bytes they are in memory.
static inline powercut_lanes powercut_xxh3_128_words(uint64_t first, uint64_t second,
                                                     uint64_t third) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  first = __builtin_bswap64(first);
  second = __builtin_bswap64(second);
  third = __builtin_bswap64(third);
#endif
  uint64_t words[3] = {first, second, third};
  return powercut_xxh3_128(words, sizeof words);
}

#endif
