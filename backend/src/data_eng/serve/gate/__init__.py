"""Between HTTP and the answers: who may ask and how much, how replies and problems look, what is counted."""
