import fc from 'fast-check';

// Whether it is red is all that is asked; a smaller example would take longer than to find the first.
fc.configureGlobal({ endOnFailure: true });
