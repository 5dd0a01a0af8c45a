#include "program.h"

#include "../../../products/native/hook.h"

#include <algorithm>
#include <cstring>

namespace coterie {

Program::~Program() {
    ggml_free(context_);
}

std::unique_ptr<Program> Program::make(
    const Shape & shape, const std::vector<ggml_tensor *> & experts, ggml_backend_dev_t device,
    ggml_backend_buffer_t buffer, int most_rows) {
    std::unique_ptr<Program> program(new Program());
    if (!program->build(shape, experts, most_rows) || !program->place(device, buffer)) {
        return nullptr;
    }
    return program;
}

bool Program::build(const Shape & shape, const std::vector<ggml_tensor *> & experts, int most_rows) {
    const size_t tensors = shape.operations.size() + shape.inputs.size() + 2;
    const size_t graph_size = 2 * (tensors + experts.size());
    const size_t memory = ggml_tensor_overhead() * tensors + ggml_graph_overhead_custom(graph_size, false);
    const ggml_init_params params = { memory, nullptr, true };
    context_ = ggml_init(params);
    operations_ = shape.operations;
    ids_ = ggml_new_tensor_2d(context_, GGML_TYPE_I32, most_rows, 1);
    inputs_.resize(shape.inputs.size());
    for (size_t i = 0; i < inputs_.size(); i++) {
        inputs_[i] = { ggml_new_tensor_2d(context_, GGML_TYPE_F32, shape.inputs[i]->ne[0], most_rows), false };
    }
    for (const Operation & operation : operations_) {
        ggml_tensor * node = ggml_new_tensor_2d(context_, operation.type, operation.width, most_rows);
        node->op = operation.op;
        std::memcpy(node->op_params, operation.params, sizeof(operation.params));
        for (int i = 0; i < GGML_MAX_SRC; i++) {
            const Source source = operation.sources[i];
            switch (source.kind) {
                case Source::NONE: break;
                case Source::NODE: node->src[i] = nodes_[size_t(source.index)]; break;
                case Source::IDS: node->src[i] = ids_; break;
                case Source::EXPERTS: node->src[i] = experts[size_t(source.index)]; break;
                case Source::TOKEN: inputs_[size_t(source.index)].of_token = true; // fall through
                case Source::ROWS: node->src[i] = inputs_[size_t(source.index)].tensor; break;
            }
        }
        if (operation.op == GGML_OP_VIEW) {
            node->view_src = node->src[0];
            node->view_offs = operation.view_offset;
            std::memcpy(node->op_params, &operation.view_offset, sizeof(operation.view_offset));
            node->nb[1] = node->src[0]->nb[1];
        }
        nodes_.push_back(node);
    }
    // A row of each token cannot at the same time be one of each row.
    for (const Operation & operation : operations_) {
        for (const Source source : operation.sources) {
            if (source.kind == Source::ROWS && inputs_[size_t(source.index)].of_token) {
                return false;
            }
        }
    }
    result_ = nodes_.back();
    graph_ = ggml_new_graph_custom(context_, graph_size, false);
    ggml_build_forward_expand(graph_, result_);
    rows_ = 0;
    set_rows(most_rows, most_rows);
    return true;
}

bool Program::place(ggml_backend_dev_t device, ggml_backend_buffer_t buffer) {
    const ggml_backend_buffer_type_t type = ggml_backend_buffer_get_type(buffer);
    const size_t alignment = ggml_backend_buft_get_alignment(type);
    const size_t size = ggml_backend_buffer_get_size(buffer);
    char * base = static_cast<char *>(ggml_backend_buffer_get_base(buffer));
    size_t offset = 0;
    const auto give = [&](ggml_tensor * tensor) {
        const size_t needed = ggml_backend_buft_get_alloc_size(type, tensor);
        offset = GGML_PAD(offset, alignment);
        if (offset + needed > size) {
            return false;
        }
        const auto status = ggml_backend_tensor_alloc(buffer, tensor, base + offset);
        offset += needed;
        return status == GGML_STATUS_SUCCESS;
    };
    // The widest input last: what lies before it is brought whole, however few rows there are.
    std::vector<ggml_tensor *> entering = { ids_ };
    for (const Input & input : inputs_) {
        entering.push_back(input.tensor);
    }
    std::stable_sort(entering.begin() + 1, entering.end(), [](const ggml_tensor * one, const ggml_tensor * other) {
        return one->ne[0] < other->ne[0];
    });
    if (!std::all_of(entering.begin(), entering.end(), give)) {
        return false;
    }
    last_input_ = entering.back();
    entrance_ = ggml_new_tensor_1d(context_, GGML_TYPE_I8, int64_t(offset));
    if (ggml_backend_tensor_alloc(buffer, entrance_, base) != GGML_STATUS_SUCCESS) {
        return false;
    }
    for (ggml_tensor * node : nodes_) {
        if (node->view_src ? ggml_backend_view_init(node) != GGML_STATUS_SUCCESS : !give(node)) {
            return false;
        }
        if (!node->view_src && !ggml_backend_dev_supports_op(device, node)) {
            return false;
        }
    }
    return true;
}

size_t Program::offset(const ggml_tensor * input) const {
    return size_t(static_cast<const char *>(input->data) - static_cast<const char *>(entrance_->data));
}

size_t Program::entrance_bytes() const {
    return offset(last_input_) + ggml_nbytes(last_input_);
}

static void set_shape(ggml_tensor * tensor, int64_t rows) {
    tensor->ne[1] = rows;
    tensor->nb[2] = tensor->nb[1] * size_t(rows);
    tensor->nb[3] = tensor->nb[2];
}

void Program::set_rows(int rows, int tokens) {
    if (rows == rows_ && tokens == tokens_) {
        return;
    }
    rows_ = rows;
    tokens_ = tokens;
    ids_->ne[0] = rows;
    ids_->nb[1] = sizeof(int32_t) * size_t(rows);
    ids_->nb[2] = ids_->nb[3] = ids_->nb[1];
    for (const Input & input : inputs_) {
        set_shape(input.tensor, input.of_token && tokens == 1 ? 1 : rows);
    }
    for (ggml_tensor * node : nodes_) {
        set_shape(node, rows);
        if (node->op == GGML_OP_MUL_MAT_ID) {
            node->op_params[COTERIE_PRODUCTS_TOKENS_PARAMETER] = tokens;
        }
    }
}

} // namespace coterie
