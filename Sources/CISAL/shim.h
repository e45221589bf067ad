#ifndef POWERCUT_CISAL_SHIM_H
#define POWERCUT_CISAL_SHIM_H

#include <isa-l/crc.h>
#include <stddef.h>
#include <stdint.h>

// ISA-L takes a mutable pointer and a 32-bit signed length; neither is wanted by its callers.
static inline uint32_t powercut_crc32_iscsi(const void *data, size_t byteCount, uint32_t seed) {
  const unsigned char *bytes = (const unsigned char *)data;
  while (byteCount > 0) {
    int chunk = byteCount > (1u << 30) ? (1 << 30) : (int)byteCount;
    seed = crc32_iscsi((unsigned char *)bytes, chunk, seed);
    bytes += chunk;
    byteCount -= (size_t)chunk;
  }
  return seed;
}

#endif
