#include "graph_copy.h"

#include <deque>

namespace coterie {

GraphCopy::GraphCopy(int most_tensors) : most_tensors_(most_tensors) {
    const size_t graph = ggml_graph_overhead_custom(size_t(2 * most_tensors), false);
    const ggml_init_params params = { ggml_tensor_overhead() * size_t(most_tensors) + graph, nullptr, true };
    context_.reset(ggml_init(params));
}

ggml_tensor * GraphCopy::copy_of(const ggml_tensor * tensor) const {
    const auto found = copies_.find(tensor);
    return found == copies_.end() ? nullptr : found->second;
}

static ggml_tensor * same(ggml_context * context, const ggml_tensor * tensor) {
    ggml_tensor * copy = ggml_new_tensor_1d(context, GGML_TYPE_I8, 1);
    *copy = *tensor;
    return copy;
}

ggml_tensor * GraphCopy::leaf(const ggml_tensor * tensor) {
    if (ggml_tensor * known = copy_of(tensor)) {
        return known;
    }
    ggml_tensor * copy = same(context_.get(), tensor);
    copy->op = GGML_OP_NONE;
    copy->view_src = nullptr;
    copy->view_offs = 0;
    std::fill(std::begin(copy->src), std::end(copy->src), nullptr);
    if (!copy->buffer && tensor->view_src) {
        copy->buffer = tensor->view_src->buffer;
    }
    replace(tensor, copy);
    return copy;
}

ggml_tensor * GraphCopy::node(const ggml_tensor * tensor) {
    ggml_tensor * copy = same(context_.get(), tensor);
    for (ggml_tensor *& source : copy->src) {
        source = source ? leaf(source) : nullptr;
    }
    if (copy->view_src) {
        ggml_tensor * whole = copy_of(copy->view_src);
        copy->view_src = whole ? whole : leaf(copy->view_src);
    }
    replace(tensor, copy);
    nodes_.push_back(copy);
    return copy;
}

ggml_tensor * GraphCopy::experts_for(const ggml_tensor * node, ggml_tensor * weights) {
    if (node->op != GGML_OP_GET_ROWS) {
        return weights;
    }
    ggml_tensor * spread = same(context_.get(), weights);
    spread->ne[2] = node->ne[2];
    spread->nb[2] = spread->nb[3] = 0;
    return spread;
}

void GraphCopy::finish() {
    graph_ = ggml_new_graph_custom(context_.get(), size_t(2 * most_tensors_), false);
    for (ggml_tensor * node : nodes_) {
        ggml_build_forward_expand(graph_, node);
    }
    graph_->uid = ggml_graph_next_uid();
}

namespace {

// Memory of the host for what lies on a device.
class HostMirror {
  public:
    explicit HostMirror(int nodes) : copy_(nodes * (GGML_MAX_SRC + 2)) {}

    void take(const ggml_tensor * node) {
        for (const ggml_tensor * source : node->src) {
            if (source) {
                enter(source);
            }
        }
        if (node->view_src) {
            enter(node->view_src);
        }
        ggml_tensor * copy = copy_.node(node);
        if (copy->view_src) {
            copy->data = static_cast<char *>(copy->view_src->data) + node->view_offs;
        } else {
            copy->data = room(ggml_nbytes(node));
        }
        copy->buffer = nullptr;
        outputs_.push_back(node);
    }

    ggml_status compute(ggml_backend_t cpu) {
        copy_.finish();
        const ggml_status status = ggml_backend_graph_compute(cpu, copy_.graph());
        for (const ggml_tensor * node : outputs_) {
            if (status == GGML_STATUS_SUCCESS && ggml_nbytes(node) > 0) {
                ggml_backend_tensor_set(const_cast<ggml_tensor *>(node), copy_.copy_of(node)->data, 0, ggml_nbytes(node));
            }
        }
        return status;
    }

  private:
    void enter(const ggml_tensor * tensor) {
        const ggml_backend_buffer_t buffer = tensor->view_src ? tensor->view_src->buffer : tensor->buffer;
        if (copy_.copy_of(tensor)) {
            return;
        }
        if (tensor->view_src && copy_.copy_of(tensor->view_src)) { // of what is computed here, in another form
            char * whole = static_cast<char *>(copy_.copy_of(tensor->view_src)->data);
            copy_.leaf(tensor)->data = whole + tensor->view_offs;
            return;
        }
        ggml_tensor * leaf = copy_.leaf(tensor);
        if (buffer && ggml_backend_buffer_is_host(buffer)) {
            return;
        }
        leaf->data = room(ggml_nbytes(tensor));
        leaf->buffer = nullptr;
        if (ggml_nbytes(tensor) > 0) {
            ggml_backend_tensor_get(tensor, leaf->data, 0, ggml_nbytes(tensor));
        }
    }

    void * room(size_t bytes) {
        const size_t alignment = 64;
        memory_.emplace_back(bytes + alignment);
        return reinterpret_cast<void *>(GGML_PAD(reinterpret_cast<size_t>(memory_.back().data()), alignment));
    }

    GraphCopy copy_;
    std::deque<std::vector<char>> memory_;
    std::vector<const ggml_tensor *> outputs_;
};

} // namespace

ggml_status compute_through_host(ggml_backend_t primary, ggml_backend_t cpu, const ggml_cgraph * graph) {
    ggml_backend_synchronize(primary);
    HostMirror mirror(graph->n_nodes);
    for (int i = 0; i < graph->n_nodes; i++) {
        mirror.take(graph->nodes[i]);
    }
    return mirror.compute(cpu);
}

} // namespace coterie
