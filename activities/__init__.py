"""What touches the world, one step each."""
