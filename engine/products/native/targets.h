// Which instructions a function may use: the library is compiled once, for computers that have them and that have not.
#pragma once

#if defined(__x86_64__) && (defined(__clang__) || __GNUC__ >= 9)
#define COTERIE_PRODUCTS_X86 1
#include <immintrin.h>

#define TARGET_AVX2 __attribute__((target("avx2,fma,f16c")))
#define TARGET_AVX512_VNNI __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#if defined(__clang__) || __GNUC__ >= 12
#define COTERIE_PRODUCTS_AVX_VNNI 1
#define TARGET_AVX_VNNI __attribute__((target("avx2,fma,f16c,avxvnni")))
#endif
#define INLINE __attribute__((always_inline)) static inline
#define MEMBER __attribute__((always_inline)) inline
#endif
