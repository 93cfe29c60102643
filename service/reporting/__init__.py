"""What happened: live progress, funnels, exports."""
