"""Speed as ratios: each figure against its opponent in the same run."""
