-- prediction_documents: the texts are stored without compression, because they are read far more often than written.
alter table prediction_documents alter column words set storage external, alter column answer set storage external;
