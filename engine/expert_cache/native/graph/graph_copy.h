// Nodes of somebody's graph once more, with some of their sources in other memory.
#pragma once

#include "owned.h"

#include "ggml-impl.h"

#include <unordered_map>
#include <vector>

namespace coterie {

class GraphCopy {
  public:
    // At most so many tensors, nodes and leaves together.
    explicit GraphCopy(int most_tensors);

    // From now on `copy` stands for `tensor`, wherever a copied node takes from it.
    void replace(const ggml_tensor * tensor, ggml_tensor * copy) { copies_[tensor] = copy; }
    ggml_tensor * copy_of(const ggml_tensor * tensor) const;
    // A tensor of the same shape at the same place that nothing computes.
    ggml_tensor * leaf(const ggml_tensor * tensor);
    // A copy of a node at the same place; its sources are replaced where they are known, else leaves.
    ggml_tensor * node(const ggml_tensor * tensor);

    // The experts' weights as a copied node takes them: where it looks scales up, as often as there are tokens.
    ggml_tensor * experts_for(const ggml_tensor * node, ggml_tensor * weights);

    // Makes the graph of all nodes that were copied.
    void finish();
    ggml_cgraph * graph() { return graph_; }
    const std::vector<ggml_tensor *> & nodes() const { return nodes_; }
    ggml_context * context() { return context_.get(); }

  private:
    ContextPtr context_;
    int most_tensors_;
    ggml_cgraph * graph_ = nullptr;
    std::vector<ggml_tensor *> nodes_;
    std::unordered_map<const ggml_tensor *, ggml_tensor *> copies_;
};

// Computes nodes that lie on `primary` by the CPU, through copies of all that they take and give. Slow, and for what
// nothing else computes.
ggml_status compute_through_host(ggml_backend_t primary, ggml_backend_t cpu, const ggml_cgraph * graph);

} // namespace coterie
