#include "rows.h"

#include "../../products/native/targets.h"

#include <vector>

namespace coterie::attention {

#ifdef COTERIE_PRODUCTS_X86

extern const Way way_avx2, way_avx512;

static std::vector<Way> found() {
    std::vector<Way> all;
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { // who has AVX2 has also F16C
        if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni")) {
            all.push_back(way_avx512);
        }
        all.push_back(way_avx2);
    }
    return all;
}

#else

static std::vector<Way> found() {
    return {};
}

#endif

const Way * ways(int & count) {
    static const std::vector<Way> all = found();
    count = int(all.size());
    return all.data();
}

bool is_known(ggml_type type) {
    return type == GGML_TYPE_F16 || type == GGML_TYPE_BF16 || type == GGML_TYPE_F32 || type == GGML_TYPE_Q8_0;
}

} // namespace coterie::attention
