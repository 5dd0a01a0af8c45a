// FLASH_ATTN_EXT as ggml's threads compute it together.
#pragma once

#include "../../products/native/operation.h"
#include "rows.h"

namespace coterie::attention {

// Whether a way of this processor computes it. ggml computes all else.
bool is_known(const ggml_tensor * operation);

size_t workspace_of(const ggml_tensor * operation, int threads);
void compute(const Way & way, const products::Backend & backend, const products::Part & part, ggml_tensor * operation);

} // namespace coterie::attention
