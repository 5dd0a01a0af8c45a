"""Where the weights of a model live: what a file holds, what the machine has, and a plan that fits."""
