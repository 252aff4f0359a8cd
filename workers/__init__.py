"""The worker process: thin jobs around use cases, and the sweep that needs none of them."""
