#include "ways.h"

#include <vector>

using namespace coterie::products;

extern "C" {

const char * coterie_products_way(int way) {
    int count = 0;
    const Processor * all = processors(count);
    return way < count ? all[way].name : nullptr;
}

bool coterie_products_known(int type, int64_t k) {
    return known(ggml_type(type), k);
}

void coterie_products_multiply(int way, int type, int64_t k, const void * weights, size_t row_bytes, int64_t rows,
                               int64_t first, int64_t end, const float * tokens, int64_t count, float * results) {
    int ways = 0;
    const Processor & processor = processors(ways)[way];
    const size_t bytes = activation_bytes(k);
    std::vector<char> activations(bytes * size_t(count));
    std::vector<char> workspace(tile_bytes(k));
    std::vector<const void *> from;
    std::vector<float *> to;
    for (int64_t i = 0; i < count; i++) {
        quantise(tokens + i * k, k, activations.data() + size_t(i) * bytes);
        from.push_back(activations.data() + size_t(i) * bytes);
        to.push_back(results + i * rows);
    }
    multiply_by(processor, ggml_type(type), k, weights, row_bytes, first, end, from.data(), to.data(), count,
                workspace.data());
}
}
