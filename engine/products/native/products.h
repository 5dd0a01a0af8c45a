#pragma once

#include "ggml.h"

#include <cstddef>
#include <cstdint>

// Products of quantised matrices by many vectors ("tokens"): every weight is unpacked once for all of them.
//
// Token i's value of row r is the sum over k of weights[r][k] * token i's values[k], whose values are quantised to
// 8 bits with a scale of their own for every 32. It depends on the row, the token and the processor's instructions,
// on nothing else: not on how many rows or tokens there are, nor on how they are shared out among threads.
//
// All functions may be called from several threads at once, each with memory of its own.
namespace coterie::products {

// Whether this processor multiplies matrices of this type with rows of k values.
bool known(ggml_type type, int64_t k);

// How many rows are unpacked at once; work is shared out best in multiples of it.
int64_t tile_rows();

// Bytes of one token of k values, quantised: a multiple of 16.
size_t activation_bytes(int64_t k);

// Quantise one token; `to` has any alignment. Values that are not finite make results that are not finite.
void quantise(const float * values, int64_t k, void * to);

// Bytes of workspace that one thread needs, of any alignment.
size_t tile_bytes(int64_t k);

// The rows [first, end) of `weights`, whose row r begins at r * row_bytes, by `count` tokens: results[i][r] is set.
// `first` and `end` are any, results are only written for these rows. Only for what is `known`.
void multiply(ggml_type type, int64_t k, const void * weights, size_t row_bytes, int64_t first, int64_t end,
              const void * const * tokens, float * const * results, int64_t count, void * workspace);

// The instructions that are used, for a person: "AVX-512 VNNI", or "" where nothing is known.
const char * instructions();

} // namespace coterie::products
