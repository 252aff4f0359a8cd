"""Read models: figures for screens, the API and the demo. Nothing here changes anything."""
