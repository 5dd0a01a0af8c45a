#include "processor.h"

#include "targets.h"

#include <array>

#ifdef COTERIE_PRODUCTS_X86
#include <cpuid.h>
#endif

namespace coterie::products {

namespace {

struct Ways {
    std::array<Processor, 4> ways; // the last has no kernel
    int count = 0;

    void add(const char * name, int64_t rows, Kernel (*kernel)(Form)) {
        ways[size_t(count++)] = { name, rows, kernel };
    }
};

#ifdef COTERIE_PRODUCTS_X86

// Compilers know this name only lately.
bool has_avx_vnni() {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 4 & 1);
}

// Who has AVX2 has also F16C.
Ways found() {
    Ways all;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni")) {
            all.add("AVX-512 VNNI", 16, kernel_avx512_vnni);
        }
#ifdef COTERIE_PRODUCTS_AVX_VNNI
        if (has_avx_vnni()) {
            all.add("AVX-VNNI", 8, kernel_avx_vnni);
        }
#endif
        all.add("AVX2", 8, kernel_avx2);
    }
    all.ways[size_t(all.count)] = { "", 1, nullptr };
    return all;
}

#else

Ways found() {
    Ways none;
    none.ways[0] = { "", 1, nullptr };
    return none;
}

#endif

const Ways & all() {
    static const Ways ways = found();
    return ways;
}

} // namespace

const Processor * processors(int & count) {
    count = all().count;
    return all().ways.data();
}

const Processor & processor() {
    return all().ways[0];
}

} // namespace coterie::products
