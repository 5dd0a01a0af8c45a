#include "products.h"

#include "processor.h"
#include "unpack.h"
#include "ways.h"

#include <algorithm>

namespace coterie::products {

static const size_t LINE = 64;

size_t activation_bytes(int64_t k) {
    return (size_t(k / GROUP) * sizeof(Activation) + 15) / 16 * 16;
}

size_t tile_bytes(int64_t k) {
    return size_t(k / GROUP) * sizeof(TileGroup<16, 2>) + LINE;
}

int64_t tile_rows() {
    return processor().rows;
}

const char * instructions() {
    return processor().name;
}

#ifdef COTERIE_PRODUCTS_X86

static const Format * format_of(ggml_type type) {
    for (const auto found : { small_format, super_format, grid_format }) {
        if (const Format * format = found(type)) {
            return format;
        }
    }
    return nullptr;
}

bool known(ggml_type type, int64_t k) {
    const Format * format = format_of(type);
    return processor().kernel && format && k > 0 && k % format->block == 0;
}

void quantise(const float * values, int64_t k, void * to) {
    quantise_avx2(values, k, static_cast<Activation *>(to));
}

void multiply_by(const Processor & way, ggml_type type, int64_t k, const void * weights, size_t row_bytes,
                   int64_t first, int64_t end, const void * const * tokens, float * const * results, int64_t count,
                   void * workspace) {
    const Format & format = *format_of(type);
    const Kernel kernel = way.kernel(format.form);
    const Unpack unpack = way.rows == 16 ? format.unpack16 : format.unpack8;
    void * tile = reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(workspace) + LINE - 1) / LINE * LINE);
    const auto * activations = reinterpret_cast<const Activation * const *>(tokens);
    for (int64_t row = first; row < end; row += way.rows) {
        const void * rows[16];
        for (int64_t i = 0; i < way.rows; i++) { // where the matrix ends, its last row again
            rows[i] = static_cast<const char *>(weights) + size_t(std::min(row + i, end - 1)) * row_bytes;
        }
        unpack(rows, k, tile);
        kernel({ k / GROUP, tile, format.form.shift, activations, results, count, row, std::min(way.rows, end - row) });
    }
}

#else

bool known(ggml_type, int64_t) {
    return false;
}

void quantise(const float *, int64_t, void *) {}

void multiply_by(const Processor &, ggml_type, int64_t, const void *, size_t, int64_t, int64_t, const void * const *,
                 float * const *, int64_t, void *) {}

#endif

void multiply(ggml_type type, int64_t k, const void * weights, size_t row_bytes, int64_t first, int64_t end,
              const void * const * tokens, float * const * results, int64_t count, void * workspace) {
    multiply_by(processor(), type, k, weights, row_bytes, first, end, tokens, results, count, workspace);
}

} // namespace coterie::products
