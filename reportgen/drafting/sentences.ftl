# Terms for the catalogs of all rules. A sentence quotes a term as { -name }.

-undecided = The interval includes the threshold, or too little was measured.
