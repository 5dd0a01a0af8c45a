// Every way of multiplying that this processor has, by itself: what is used must be right wherever it is used.
#pragma once

#include "hook.h"
#include "processor.h"
#include "products.h"

namespace coterie::products {

// As `multiply`, by one of `processors`.
void multiply_by(const Processor & way, ggml_type type, int64_t k, const void * weights, size_t row_bytes,
                 int64_t first, int64_t end, const void * const * tokens, float * const * results, int64_t count,
                 void * workspace);

} // namespace coterie::products

extern "C" {

// The name of a way, or null behind the last.
COTERIE_PRODUCTS_API const char * coterie_products_way(int way);

// Whether any way multiplies this type in rows of k values.
COTERIE_PRODUCTS_API bool coterie_products_known(int type, int64_t k);

// The products of the rows [first, end) of a matrix by `count` tokens of k floats: token i's value of
// row r comes to results[i * rows + r].
COTERIE_PRODUCTS_API void coterie_products_multiply(int way, int type, int64_t k, const void * weights,
                                                    size_t row_bytes, int64_t rows, int64_t first, int64_t end,
                                                    const float * tokens, int64_t count, float * results);
}
