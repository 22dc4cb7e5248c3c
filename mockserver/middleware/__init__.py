"""What every request passes on its way in: body limit and keys on the vendor's side, guards on the control plane's."""
