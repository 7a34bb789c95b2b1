"""From a clinic's bytes to a verdict, a receipt and facts."""
